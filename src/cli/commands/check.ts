import type { Command } from 'commander';
import { Option } from 'commander';
import type { CodedFinding } from '../../plan/findings/index.ts';
import { planToJson } from '../../plan/index.ts';
import { preflightSummary } from '../../run/index.ts';
import { locateNamed, proveNamed } from '../backup/named-backup.ts';
import { type Checked, describeCheck } from '../check/describe.ts';
import type { ConnectionFlags } from '../connection/index.ts';
import { resolveConnection, UnreachableError } from '../connection/index.ts';
import { type Done, type Io, terminalOf } from '../io.ts';
import { readConfig } from '../options/config-file.ts';
import { DEFAULT_JOBS, type GivenOptions, mergeOptions, planOptions } from '../options/deploy-options.ts';
import { addConnectionFlags, addPlanFlags, connectionFlags, givenByFlags, PLAN_ARGUMENT } from '../options/flags.ts';
import { parseChoice } from '../options/values.ts';
import { Output } from '../output/output.ts';
import { wholeBytes } from '../output/whole-bytes.ts';
import { readGoodPlan } from '../read-plan.ts';
import { matchReport } from '../record/matched-report.ts';

const notReachable = (error: UnreachableError): CodedFinding => ({
  level: 'blocks',
  code: 'not-reachable',
  what: error.message,
  why: 'Without a connection nothing can be looked at or built.',
  advice: 'Mend the connection and check again; psql with the same flags and variables says the same.',
});

const look = async (
  files: readonly string[],
  given: GivenOptions,
  flags: ConnectionFlags,
  io: Io,
): Promise<Omit<Checked, 'summary'>> => {
  const plan = await readGoodPlan(files, planOptions(given), io.stdin);
  const matches = await matchReport(given, plan);
  const located = await locateNamed(given, io);
  try {
    const terminal = terminalOf(io);
    const connection = await resolveConnection(flags, io.env, terminal);
    const { host, port, database, user } = connection;
    // Only here: `pause` and its like should answer at once.
    const { lookAt } = await import('../check/look.ts');
    return {
      plan,
      database: { host, port, database, user },
      ...(await lookAt(
        connection,
        plan,
        { given, matches, backup: await proveNamed(located, given, io) },
        terminal !== null,
      )),
    };
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    return { plan, database: null, findings: [...plan.findings, notReachable(error)], preflight: null };
  }
};

export const addCheck = (program: Command, io: Io, done: Done): void => {
  const command = program
    .command('check')
    .description('read the plan, look at the database, change nothing; print the findings')
    .argument('<plan.sql...>', PLAN_ARGUMENT);
  addPlanFlags(addConnectionFlags(command)).addOption(
    new Option('--ui <ui>', 'plain or json (one object)').argParser(parseChoice('--ui', ['plain', 'json'])),
  );
  command.action(async (files: string[]) => {
    const { config, ui } = command.opts<{ config?: string; ui?: 'plain' | 'json' }>();
    const given = mergeOptions(givenByFlags(command), await readConfig(config, files[0] ?? ''));
    const looked = await look(files, given, connectionFlags(command), io);
    const summary = preflightSummary({ ...looked, jobs: given.jobs ?? DEFAULT_JOBS });
    const checked = { ...looked, summary };
    const blocked = checked.findings.some((finding) => finding.level === 'blocks');
    const out = new Output(io.stdout);
    const { plan, findings, database, preflight } = checked;
    const status = blocked ? 3 : 0;
    if (ui === 'json') {
      const { server = null, tables = [], steps = [], settings = [], estimates = [] } = preflight ?? {};
      out.line(
        JSON.stringify(
          { status, summary, plan: planToJson(plan), database, server, tables, steps, settings, estimates, findings },
          wholeBytes,
        ),
      );
    } else for (const line of describeCheck(checked, out.width)) out.text(line);
    await out.flush();
    done(status);
  });
};
