/** A role whose every piece - action, guard, delay, invoked actor, phase handler, hub method - can be made to throw once. */
import type { AnyStateMachine } from "xstate";
import type { HubDefinition, Phase, Role } from "../../src/machines/_role.ts";

// biome-ignore lint/suspicious/noExplicitAny: pieces of all roles are wrapped alike, whatever they take and answer.
type Piece = (...args: any[]) => unknown;

/** Which piece is to throw, and which were used at all. */
export class Trap {
  readonly touched = new Set<string>();
  readonly armed = new Set<string>();

  touch(piece: string): void {
    this.touched.add(piece);
    if (this.armed.delete(piece)) throw new Error(`sabotage of ${piece}`);
  }
}

/** The same role under another name, its pieces wrapped. */
export function sabotaged(role: Role, name: string, trap: Trap): Role {
  return {
    ...role,
    name,
    machine: sabotagedMachine(role.machine, trap),
    phases: Object.fromEntries(
      Object.entries(role.phases).map(([state, phase]) => [state, sabotagedPhase(state, phase, trap)]),
    ),
    ...(role.hub ? { hub: sabotagedHub(role.hub, trap) } : {}),
  };
}

/** A crash may say which piece it was. */
export const isSabotage = (why: string | undefined, piece: string) =>
  why?.includes(`sabotage of ${piece}`) === true;

function sabotagedMachine(machine: AnyStateMachine, trap: Trap): AnyStateMachine {
  const { actions, guards, actors, delays } = machine.implementations;
  return machine.provide({
    actions: wrapAll(actions, (name, action) =>
      wrapBuiltIn(action as Piece, "resolve", `action ${name}`, trap),
    ),
    guards: wrapAll(guards, (name, guard) => wrapBuiltIn(guard as Piece, "check", `guard ${name}`, trap)),
    delays: wrapAll(delays, (name, delay) => (...args: unknown[]) => {
      trap.touch(`delay ${name}`);
      return typeof delay === "function" ? (delay as Piece)(...args) : delay;
    }),
    actors: wrapAll(actors, (name, logic) => ({
      ...(logic as { start: Piece }),
      start: (...args: unknown[]) => {
        trap.touch(`actor ${name}`);
        return (logic as { start: Piece }).start(...args);
      },
    })),
  } as never);
}

function wrapAll(pieces: object, wrap: (name: string, piece: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(pieces).map(([name, piece]) => [name, wrap(name, piece)]));
}

/** XState's own, `assign` say, are functions with a method that does the work. */
function wrapBuiltIn(piece: Piece, method: "resolve" | "check", name: string, trap: Trap): Piece {
  const inner = (piece as unknown as Record<string, Piece | undefined>)[method];
  const wrapped = (...args: unknown[]) => {
    trap.touch(name);
    return piece(...args);
  };
  if (!inner) return wrapped;
  const touchedInner = (...args: unknown[]) => {
    trap.touch(name);
    return inner(...args);
  };
  return Object.assign((...args: unknown[]) => piece(...args), piece, { [method]: touchedInner });
}

function sabotagedPhase(state: string, phase: Phase, trap: Trap): Phase {
  const wrapped: Record<string, unknown> = { ...phase };
  for (const key of ["handle", "decode", "unglue", "isWord"] as const) {
    const piece = phase[key] as Piece | undefined;
    if (!piece) continue;
    wrapped[key] = (...args: unknown[]) => {
      trap.touch(`phase ${state}.${key}`);
      return piece(...args);
    };
  }
  return wrapped as unknown as Phase;
}

function sabotagedHub(hub: HubDefinition, trap: Trap): HubDefinition {
  return {
    ...hub,
    create: (world, remembered) => {
      const made = hub.create(world, remembered) as Record<string, Piece>;
      return new Proxy(made, {
        get: (_, name) => {
          const piece = Reflect.get(made, name, made) as unknown;
          if (typeof piece !== "function" || typeof name !== "string") return piece;
          return (...args: unknown[]) => {
            trap.touch(`hub ${name}`);
            return (piece as Piece).apply(made, args);
          };
        },
      });
    },
  };
}
