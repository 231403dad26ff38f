const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const SHOWN = 40;

/** Where an own gate's number comes from. */
export interface NumberSource {
  /** One reading, which ends by itself in time. Its error's message says why there is no number. */
  read(signal: AbortSignal): Promise<number>;
  /** The backend that reads; null where there is none. */
  readonly pid: number | null;
  /** Lets go of whatever it holds; a reading under way is over then. Never fails. */
  stop(): Promise<void>;
}

/** The number that a text is, and nothing else. Throws with a sentence. */
export const toNumber = (text: string): number => {
  const trimmed = text.trim();
  const number = Number(trimmed);
  if (NUMBER.test(trimmed) && Number.isFinite(number)) return number;
  const shown = trimmed.length > SHOWN ? `${trimmed.slice(0, SHOWN)}…` : trimmed;
  throw new Error(trimmed === '' ? 'it gave nothing' : `it gave ${JSON.stringify(shown)}, which is no number`);
};
