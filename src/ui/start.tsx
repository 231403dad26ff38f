import { render } from 'ink';
import { type Feed, isAbandoned } from '../client/feed.ts';
import type { Command } from '../run/index.ts';
import { plainText } from '../run/plain-text.ts';
import { App } from './App.tsx';
import type { Role } from './model/header.ts';
import { summaryLines } from './model/summary.ts';
import type { ScreenExit } from './model/ui-state.ts';
import { ThemeContext } from './panes/Rows.tsx';
import { type Clock, makeStore } from './store.ts';
import { guardTerminal } from './terminal.ts';
import { makeTheme, type Theme } from './theme.ts';

export type { ScreenExit } from './model/ui-state.ts';

export interface StartOptions {
  feed: Feed;
  role: Role;
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
  env: NodeJS.ProcessEnv;
  /** Tests hold it. */
  clock?: Clock;
}

const CLEAR = '\u001b[H\u001b[2J';

/** OSC 52: the terminal's own clipboard, also through SSH. */
const clipboard = (text: string): string => `\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`;

/** A state that could not be drawn may not be told either: the reason that counts is the first one. */
const writeSummary = (feed: Feed, stdout: NodeJS.WriteStream, theme: Theme): void => {
  const { state } = feed.view();
  if (state === null) return;
  try {
    stdout.write(`${summaryLines(state, isAbandoned(feed.view())).map(theme.text).join('\n')}\n`);
  } catch {
    stdout.write(`indexdeck run ${plainText(state.run)}: the screen failed; the engine does not depend on it\n`);
  }
};

/**
 * The full screen, until it is left. The terminal is as it was afterwards, whatever happened, and the summary stays in
 * its scrollback. Rejects when the screen itself fails: the engine does not notice.
 */
export const startScreen = async ({
  feed,
  role,
  stdin,
  stdout,
  env,
  clock = Date.now,
}: StartOptions): Promise<ScreenExit> => {
  const theme = makeTheme(env);
  const store = makeStore(feed, clock);
  const guard = guardTerminal(stdin, stdout);
  const left = Promise.withResolvers<ScreenExit>();
  let redraw = (): void => {};
  const send = (command: Command) => feed.send(command);
  const withdraw = async (order: string) =>
    (await feed.withdraw?.(order)) ?? { ok: false, why: 'orders do not wait here' };
  const screen = (
    <ThemeContext value={theme}>
      <App
        store={store}
        role={role}
        clock={clock}
        send={send}
        withdraw={withdraw}
        exit={left.resolve}
        copy={(text) => stdout.isTTY && stdout.write(clipboard(text))}
        redraw={() => redraw()}
      />
    </ThemeContext>
  );
  let done = false;
  try {
    // Before the first frame: a key that the terminal echoes then, or a cursor that is not at the left edge, would shift
    // a line that is never drawn again as long as it does not change.
    if (stdin.isTTY) stdin.setRawMode(true);
    if (stdout.isTTY) stdout.write('\r');
    const ink = render(screen, {
      stdin,
      stdout,
      alternateScreen: true,
      incrementalRendering: true,
      maxFps: 15,
      exitOnCtrlC: false,
      patchConsole: false,
      interactive: Boolean(stdout.isTTY),
    });
    redraw = () => {
      stdout.write(CLEAR);
      ink.clear();
      ink.rerender(screen);
    };
    // Ends by itself only when a component has failed: then it rejects.
    const failed = ink.waitUntilExit().then((): ScreenExit => ({ how: 'detached' }));
    failed.catch(() => {});
    try {
      return await Promise.race([left.promise, failed]);
    } finally {
      ink.unmount();
      await ink.waitUntilExit().catch(() => {});
      done = true;
    }
  } finally {
    guard.restore(!done);
    writeSummary(feed, stdout, theme);
  }
};
