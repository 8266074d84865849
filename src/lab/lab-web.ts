/** The page as an operator commands it: on, off, who may in. */

export interface WebRequest {
  /** 0: any free one. */
  readonly port: number;
  readonly host: string;
  /** Names under which it is asked for besides, or whole origins of a proxy before it. */
  readonly names: readonly string[];
  /** Certificate and key as PEM; absent: no TLS. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** The page's prompt may do what the owner may. */
  readonly isOwners: boolean;
}

export interface WebDocument {
  /** Origin of the page. */
  readonly address: string;
  readonly host: string;
  readonly port: number;
  /** Pages that are open. */
  readonly visitors: number;
}

export interface WebLink {
  readonly link: string;
  readonly level: string;
  /** RFC 3339. */
  readonly until: string;
}

/** Each throws a NetlabError where it cannot be done. */
export interface LabWeb {
  /** Undefined where it is off. */
  status(): WebDocument | undefined;
  /** Opens it as asked for. One that is open under other terms is refused. */
  open(request: WebRequest): Promise<WebDocument>;
  /** A link for one login. */
  loginLink(level: "operator" | "observer"): WebLink;
  /** A student's link, the same one each time until it has ended; `isNew`: another one, and the one before has ended. */
  studentLink(label: string, forMs: number, isNew: boolean): WebLink;
  /** Makes links for all of these students who have none, at once; `studentLink` tells each. */
  addLinks(labels: readonly string[], forMs: number): void;
  /** Ends the links of a student, by each name, and the pages that are open by them. Answers whether there was a link. */
  forgetStudent(labels: readonly string[]): Promise<boolean>;
  /** Ends all sessions and links. Answers how many pages were closed. */
  revoke(): Promise<number>;
  /** Answers whether it was open. */
  close(): Promise<boolean>;
}
