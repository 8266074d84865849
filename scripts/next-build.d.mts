export const nextBuild: string;
export function takePlace(next: string, place: string): void;
