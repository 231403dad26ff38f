import type { Finding } from '../types.ts';
import { CODES } from './codes.ts';

/**
 * The findings with what `ignore` names waived: such a finding stays, as a warning that is marked, and blocks no longer. What
 * cannot be waived blocks whatever is named. Pure.
 */
export const waiveFindings = (findings: readonly Finding[], ignore: readonly string[]): Finding[] =>
  findings.map((finding) => {
    const waived = finding.level === 'blocks' && ignore.includes(finding.code) && CODES.get(finding.code)?.waiver?.may;
    return waived ? { ...finding, level: 'warning', waived: true } : finding;
  });
