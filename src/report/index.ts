export { makeReport, type ReportOptions } from './make-report.ts';
export { logEntry, renderMarkdown } from './markdown.ts';
export { jsonSchema, type Report, reportSchema } from './schema.ts';
