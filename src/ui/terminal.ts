/** Out of the alternate screen, cursor visible, no bracketed paste, colours as they were. */
const RESTORE = '\u001b[?2026l\u001b[?2004l\u001b[?1049l\u001b[?25h\u001b[0m';

/**
 * The last resort when Ink could not put the terminal back itself: an exception, an exit in the middle. Written once,
 * also when the process ends before anybody asked for it.
 */
export const guardTerminal = (
  stdin: NodeJS.ReadStream,
  stdout: NodeJS.WriteStream,
): { restore(inkFailed: boolean): void } => {
  let restored = false;
  const restore = (sequence: string): void => {
    if (restored) return;
    restored = true;
    process.off('exit', onExit);
    try {
      if (stdin.isTTY && stdin.isRaw) stdin.setRawMode(false);
      if (stdout.isTTY && stdout.writable) stdout.write(sequence);
    } catch {
      // The terminal is gone: there is nothing left to put back.
    }
  };
  const onExit = (): void => restore(RESTORE);
  process.on('exit', onExit);
  // Where Ink has left the alternate screen, leaving it again would move the cursor in some terminals.
  return { restore: (inkFailed) => restore(inkFailed ? RESTORE : '\u001b[?25h\u001b[0m') };
};
