/** First answer of a daemon: who it is. */
export interface Hello {
  readonly name: string;
  readonly version: string;
  readonly protocol: number;
  readonly pid: number;
  readonly lab: string;
  readonly socket: string;
  /** Level that we have there: observe, operate or own. Absent from daemons of before there were levels. */
  readonly level?: string;
  /** Name of the daemon among several, and how many they are; absent where it is alone. */
  readonly node?: string;
  readonly nodes?: number;
  readonly welcome: string;
}
