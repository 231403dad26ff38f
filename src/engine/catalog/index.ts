export { type AttachedNames, attachedNames } from './attached-names.ts';
export { bytesOfDatabase, type CatalogBaseline, takeBaseline } from './baseline.ts';
export { checkIndexes } from './check-indexes.ts';
export { plannedDefinition, plannedStatement, sideBySide } from './compare.ts';
export { findLeftover } from './find-leftover.ts';
export { type IndexState, indexFacts, sizesOf } from './index-facts.ts';
export {
  type Inspection,
  type InspectionTarget,
  type InspectOptions,
  inspectIndex,
  inspectIndexes,
} from './inspect.ts';
export { type DropInspection, type DropTarget, inspectDrop, inspectDrops } from './inspect-drops.ts';
export {
  inspectReindex,
  inspectReindexes,
  type ReindexInspection,
  type ReindexTarget,
} from './inspect-reindexes.ts';
export { inspectRename } from './inspect-rename.ts';
export { type PartitionedIndex, partitionedIndexes, tablesOfTree } from './partitions.ts';
export { runValidation, type ValidationOutcome } from './run-validation.ts';
export { inspectingSettings } from './settings.ts';
export { verifyIndexes } from './verify.ts';
export { verifyReindexes } from './verify-reindexes.ts';
