/**
 * Messages of a protocol as data, for readers that see a conversation from outside: which texts and records there are, with the names of
 * their fields, and what each means for the messages that follow. A dissector is generated from it (`src/dissector/dissector.ts`). Pure.
 *
 * Each side has states of its own, because what one says may change what the other's next bytes are: after `found` the client's are an
 * acknowledgement, and the server's a size. The first state of a side is where it begins; its messages are tried in their order.
 */

export type Speaker = "client" | "server";

export type FieldForm = (
  | {
      readonly kind: "text";
      /** Most characters. */
      readonly most?: number;
      /** Characters that are not in it. */
      readonly without?: string;
    }
  /** No white space. */
  | { readonly kind: "word" }
  | { readonly kind: "choice"; readonly words: readonly string[] }
  /** As Python's `float()` takes it. */
  | { readonly kind: "float" }
  /** Decimal digits, so many where it is told. */
  | { readonly kind: "number"; readonly least: number; readonly most: number; readonly digits?: number }
  /** IPv4 or IPv6. */
  | { readonly kind: "address" }
  /** A number of a layout or a record, or bytes. */
  | { readonly kind: "integer" }
  | { readonly kind: "bytes" }
) & {
  readonly label: string;
  readonly isSecret?: true;
};

/** Facts of any message. */
interface Meaning {
  /** "registration" */
  readonly name: string;
  readonly rule: string;
  /** A refusal, or another answer that is no success. */
  readonly isError?: true;
  /** Side that speaks next, where it is not the other one; `either`: both may; `nobody`: the conversation is over. */
  readonly next?: Speaker | "either" | "nobody";
  /** States of both sides from here on. */
  readonly leads?: { readonly client?: string; readonly server?: string };
}

/**
 * A text: `{name}` is a field, up to the first of what follows it in the pattern; `{name...}` up to the last; `{ }` any white space;
 * all else is itself.
 */
export interface TextForm extends Meaning {
  readonly text: string;
  /** Comes behind it, once or more. */
  readonly repeats?: string;
}

/** A word of a state in which only words come, which may be glued to what follows it [FRAME-9]. */
export interface WordForm extends Meaning {
  readonly word: string;
}

/** Any bytes: a line from a line peer, a read from others. */
export interface RawForm extends Meaning {
  readonly raw: true;
  readonly field?: string;
}

/** As many bytes as a field of the other message told. */
export interface CountedForm extends Meaning {
  readonly bytesOf: string;
  readonly field?: string;
}

/** An integer alone. */
export interface IntegerForm extends Meaning {
  readonly integer: string;
  readonly sizeBytes: 1 | 2 | 4;
  readonly isLittle: boolean;
}

export interface RecordHeader {
  readonly name: string;
  /** Zeros between type and length. */
  readonly padding: number;
  readonly sizeBytes: 1 | 2 | 4;
  readonly isLittle: boolean;
  /** Longest body that the length can tell. */
  readonly longest: number;
}

/** Type, length and text. */
export interface RecordForm extends Meaning {
  readonly type: number;
  /** In the order of trial; each is a header that hand-ins have [BOOK-1]. */
  readonly headers: readonly RecordHeader[];
  /** In the header of the record that it answers; none: the first byte of the text tells them apart. */
  readonly isAsAsked?: true;
  /** Most bytes of a text whose header has to be found out. */
  readonly longest?: number;
  /** Texts that it may carry, in the order of trial. */
  readonly carries: readonly TextForm[];
}

export type MessageForm = TextForm | WordForm | RawForm | CountedForm | IntegerForm | RecordForm;

export interface WireForm {
  /** Name of it in Wireshark: `netlabd_address_book` is of the role; this is for the list of packets. */
  readonly title: string;
  /** Part of a text that is cut off before it is compared: white space at both ends, at its end, or line ends alone. */
  readonly trims?: "both" | "end" | "line-end";
  readonly fields: Readonly<Record<string, FieldForm>>;
  readonly client: Readonly<Record<string, readonly MessageForm[]>>;
  readonly server: Readonly<Record<string, readonly MessageForm[]>>;
}

/** Fields that every dissector has of its own, so that no role's may be called so. */
export const COMMON_FIELDS = [
  ...["message", "from", "rule", "state", "next", "error", "ends", "unfinished", "begins_in", "stale"],
  ...["header", "record_type", "record_length", "came", "told", "other", "expert", "speaker"],
];

/** Kind of a message; those of one state are all of one, but for words, which any bytes may follow. */
export type FormKind = "text" | "word" | "raw" | "counted" | "integer" | "record";

export function kindOf(form: MessageForm): FormKind {
  if ("text" in form) return "text";
  if ("word" in form) return "word";
  if ("raw" in form) return "raw";
  if ("bytesOf" in form) return "counted";
  return "integer" in form ? "integer" : "record";
}
