import { planOf } from '../plan-of.ts';
import { Reader } from '../reader.ts';
import type { Include, Plan, PlanOptions, SourceFile } from '../types.ts';
import { writeBack } from './format.ts';
import { planDiffers } from './same-plan.ts';

export { type Repair, type Repaired, repairPlan } from './repair.ts';
export { planDiffers };

export type Formatted = { ok: true; sql: string; plan: Plan } | { ok: false; why: string; plan: Plan };

/**
 * Reads a plan and writes it back as one script that is the same plan. What was written is read again: a script that would be
 * another plan is never given out.
 */
export function formatPlan(files: readonly SourceFile[], include: Include, options: PlanOptions): Formatted {
  const reader = new Reader(include, options, true);
  const plan = planOf(reader, files, options);
  if (plan.problems.length > 0) return { ok: false, why: 'it has problems', plan };
  const sql = writeBack(reader.trace.acts, reader.sections.unshown);
  const again = new Reader(() => ({ error: 'the script is whole' }), { ...options, onlyIndexes: false });
  const differs = planDiffers(plan, planOf(again, [{ path: 'plan.sql', bytes: Buffer.from(sql) }], options));
  if (differs !== null) return { ok: false, why: `it could not be written back as the same plan: ${differs}`, plan };
  return { ok: true, sql, plan };
}
