/** Names that lines declare: properties of the realm's global object. All of it within a turn. */

const constGetters = new WeakSet<() => unknown>();

/** A getter that only answers a `const` of an earlier line. */
export const isConstGetter = (get: () => unknown): boolean => constGetters.has(get);

/** Declares a name anew: its value is what it was, until the line gives it its value. */
export function declare(global: Record<PropertyKey, unknown>, name: string): void {
  const value = name in global ? global[name] : undefined;
  Object.defineProperty(global, name, { value, writable: true, configurable: true, enumerable: true });
}

/** Makes it constant: it may be declared again, not assigned. */
export function makeConst(global: Record<PropertyKey, unknown>, name: string): void {
  const value = global[name];
  const set = () => {
    throw new TypeError(`${name} is a const: declare it again to change it`);
  };
  const get = () => value;
  constGetters.add(get);
  Object.defineProperty(global, name, { get, set, configurable: true, enumerable: true });
}
