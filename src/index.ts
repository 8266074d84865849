/** What a role of one's own imports from netlabd: the contract, the option types, and the world it lives in. */

export type { Dialogue, DialogueLine } from "./machines/_dialogue.ts";
export { byteSize, duration, hostPort, port, secret } from "./machines/_options.ts";
export {
  defineRole,
  type Phase,
  type Role,
  type RoleDefinition,
  type RoleEvent,
  type Session,
} from "./machines/_role.ts";
export type {
  Clock,
  Files,
  HostPort,
  Network,
  OpenFile,
  Peer,
  PeerWorld,
  Registry,
  World,
} from "./machines/_world.ts";
export { PeerMessage } from "./wire/message.ts";
