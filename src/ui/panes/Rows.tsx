import { Box, Text } from 'ink';
import { createContext, useContext } from 'react';
import type { Row } from '../model/row.ts';
import { fitRow } from '../model/row.ts';
import { makeTheme, type Theme } from '../theme.ts';

export const ThemeContext = createContext<Theme>(makeTheme({}));

/** Lines of the screen, each in exactly `width` columns. */
export const Rows = ({ rows, width }: { rows: readonly Row[]; width: number }) => {
  const theme = useContext(ThemeContext);
  return (
    <Box flexDirection="column" width={width} flexShrink={0}>
      {rows.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place on the screen
        <Text key={at} wrap="truncate-end">
          {fitRow(line, width).map((part, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <Text key={index} {...theme.props(part.tone)}>
              {theme.text(part.text)}
            </Text>
          ))}
        </Text>
      ))}
    </Box>
  );
};
