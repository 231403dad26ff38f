import { writeFileSync } from 'node:fs';
import { jsonSchema } from '../src/report/index.ts';

/** Writes the published form of the report's schema: `node scripts/write-report-schema.ts`. A test says when it is due. */
const path = new URL('../docs/report.schema.json', import.meta.url);
writeFileSync(path, `${JSON.stringify(jsonSchema(), null, 2)}\n`);
