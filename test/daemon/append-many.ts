import { appendEntry } from '../../src/daemon/execution-log.ts';

/** Appends entries to a log as fast as it can: `append-many.ts LOG NAME HOW_MANY`. */
const [, , path = '', name = '', howMany = '0'] = process.argv;
for (let n = 0; n < Number(howMany); n++)
  await appendEntry(path, `begin ${name} ${n}\n${`${name} ${n}\n`.repeat(3_000)}end ${name} ${n}\n`, 0o022);
