import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import type { Io } from '../io.ts';
import { version } from '../version.ts';
import { TOOLS, type ToolContext } from './tools.ts';

/** Serves the tools on standard input and output until the other side closes. */
export const serve = async (context: ToolContext, { stdin, stdout }: Io): Promise<void> => {
  const server = new McpServer({ name: 'indexdeck', version: version() });
  for (const { name, description, input, writes, run } of TOOLS)
    server.registerTool(
      name,
      { description, inputSchema: input, annotations: { readOnlyHint: !writes, destructiveHint: writes } },
      async (given: Record<string, unknown>) => {
        const { text, failed } = await run(given, context);
        return { content: [{ type: 'text', text }], isError: failed };
      },
    );
  const closed = new Promise<void>((resolve) => stdin.once('end', resolve).once('close', resolve));
  await server.connect(new StdioServerTransport(stdin, stdout));
  await closed;
  await server.close();
};
