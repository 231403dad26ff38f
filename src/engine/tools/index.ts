export { chooseInstallation, newestInstallation } from './choose.ts';
export { ToolCancelled, ToolError, ToolFailed, ToolMissing, ToolTooOld } from './errors.ts';
export { type FindOptions, type Found, findInstallations } from './find.ts';
export type { ToolMessage } from './messages.ts';
export { majorOf } from './parse-version.ts';
export { type RunningTool, runTool, startTool, type ToolRun } from './run-tool.ts';
export type { Installation, ToolName } from './types.ts';
