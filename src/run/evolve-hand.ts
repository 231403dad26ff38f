import type { RunEvent } from './events.ts';
import type { ClientState, RunState } from './state.ts';

type HandEvent = Extract<
  RunEvent,
  { type: 'client.joined' | 'client.left' | 'operator.changed' | 'question.opened' | 'question.closed' }
>;

const TYPES: ReadonlySet<RunEvent['type']> = new Set([
  'client.joined',
  'client.left',
  'operator.changed',
  'question.opened',
  'question.closed',
]);

export const isHandEvent = (event: RunEvent): event is HandEvent => TYPES.has(event.type);

const asking = (clients: readonly ClientState[], id: string, open: ClientState['asking']): ClientState[] =>
  clients.map((client) => (client.id === id ? { ...client, asking: open } : client));

/** Who is there, who operates, and what is being asked. */
export const evolveHand = (state: RunState, event: HandEvent): Partial<RunState> => {
  switch (event.type) {
    case 'client.joined': {
      const { client: id, role, name, at: since } = event;
      const clients = [...state.clients, { id, role, name, since, asking: null }];
      if (role === 'observer') return { clients };
      return { clients, hand: state.hand ?? id, unattendedSince: null };
    }
    case 'client.left': {
      const clients = state.clients.filter((client) => client.id !== event.client);
      const operators = clients.filter((client) => client.role === 'operator');
      // A hand that goes passes to whoever has been there longest.
      const hand = state.hand === event.client ? (operators[0]?.id ?? null) : state.hand;
      return { clients, hand, unattendedSince: operators.length > 0 ? null : (state.unattendedSince ?? event.at) };
    }
    case 'operator.changed':
      return { hand: event.client };
    case 'question.opened':
      return { clients: asking(state.clients, event.client, { question: event.question, since: event.at }) };
    case 'question.closed':
      return { clients: asking(state.clients, event.client, null) };
  }
};
