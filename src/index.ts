/** Everything that a role of one's own imports from netlabd: the contract, the option types, and the world it lives in. */

export { Audience } from "./machines/_audience.ts";
export type { Dialogue, DialogueLine } from "./machines/_dialogue.ts";
export { byteSize, duration, hostPort, port, secret } from "./machines/_options.ts";
export {
  defineRole,
  type HubDefinition,
  type HubMember,
  type Phase,
  type Role,
  type RoleDefinition,
  type RoleEvent,
  type SayOptions,
  type Session,
} from "./machines/_role.ts";
export { talkClient } from "./machines/_talk-client.ts";
export { type KeepReply, type TalkResult, type TalkWords, talkOptions } from "./machines/_talk-words.ts";
export type {
  AddressBook,
  AsyncHub,
  ByteSink,
  Clock,
  Files,
  HostPort,
  HubWorld,
  Network,
  OpenFile,
  Peer,
  PeerWorld,
  ProgramAnswer,
  ProgramLimits,
  Programs,
  Registry,
  Screen,
  World,
} from "./machines/_world.ts";
export { PeerMessage } from "./wire/message.ts";
export type {
  CountedForm,
  FieldForm,
  IntegerForm,
  MessageForm,
  RawForm,
  RecordForm,
  RecordHeader,
  TextForm,
  WireForm,
  WordForm,
} from "./wire/wire-form.ts";
