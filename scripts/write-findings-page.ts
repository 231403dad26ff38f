import { writeFileSync } from 'node:fs';
import { findingsPage } from '../src/plan/findings/index.ts';

/** Writes the page about findings: `node scripts/write-findings-page.ts`. A test says when it is due. */
writeFileSync(new URL('../docs/findings.md', import.meta.url), findingsPage());
