import { writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { makeReport, type Report, renderMarkdown } from '../../report/index.ts';
import { UsageError } from '../errors.ts';
import type { Done, Io } from '../io.ts';
import { addRunArgument, runSelection } from '../options/run-argument.ts';
import { parseChoice, parseLedgerSchema } from '../options/values.ts';
import { Output } from '../output/output.ts';
import { refreshed } from '../record/refresh.ts';
import { runEvents } from '../record/run-events.ts';

const FORMATS = ['md', 'json', 'html'] as const;
type Format = (typeof FORMATS)[number];

const render = async (report: Report, format: Format): Promise<string> => {
  switch (format) {
    case 'md':
      return renderMarkdown(report);
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'html': {
      // Only here: what draws charts takes a while to load.
      const { renderHtml } = await import('../../report/html/page.ts');
      return await renderHtml(report);
    }
  }
};

const write = (path: string, text: string): void => {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw new UsageError(`the report cannot be written to ${path}: ${(cause as Error).message}`, { cause });
  }
};

interface ReportFlags {
  format?: Format;
  output?: string;
  keepLiterals?: boolean;
  refresh?: boolean;
  ledgerSchema?: string;
}

export const addReport = (program: Command, io: Io, done: Done): void => {
  const command = addRunArgument(program.command('report').description('what a run did, for the record'))
    .addOption(
      new Option('--format <format>', 'md, json or html (default: md)').argParser(parseChoice('--format', FORMATS)),
    )
    .option('--output <file>', 'write it there (default: standard output)')
    .option('--refresh', 'look again: what its indexes and the statements on its tables have done since (read-only)')
    .option('--keep-literals', 'keep the values of rows that the server quotes in its messages')
    .option('--ledger-schema <name>', 'schema of the ledger in the database (default: indexdeck)', parseLedgerSchema);
  command.action(async () => {
    const { format = 'md', output, keepLiterals = false, refresh = false, ledgerSchema } = command.opts<ReportFlags>();
    const selection = runSelection(command);
    const events = await runEvents({ selection, ledgerSchema }, io);
    const usage = refresh ? await refreshed(events, selection.flags, io) : null;
    const report = makeReport(events, { keepLiterals, ...(usage === null ? {} : { usage }) });
    if (report === null) throw new UsageError('the run has recorded nothing');
    const text = await render(report, format);
    if (output !== undefined) write(output, text);
    else {
      const out = new Output(io.stdout);
      for (const line of text.trimEnd().split('\n')) out.line(line);
      await out.flush();
    }
    done(0);
  });
};
