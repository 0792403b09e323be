// Who looks at the pages, and what they may do: the pages hide what they may not.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Me, Role } from '#schema';

const ranks: ReadonlyArray<Role> = ['viewer', 'editor', 'operator', 'admin'];

export const Session = createContext<Me | null>(null);

export function useMe(): Me {
  const me = useContext(Session);
  if (!me) throw new Error('nobody is signed in');
  return me;
}

/** Whether who looks may do what needs a role. */
export function useMay(role: Role): boolean {
  const me = useMe();
  return ranks.indexOf(me.role) >= ranks.indexOf(role);
}
