/** Names under which hand-ins are read without knowing whose they are: `amber-otter`. Which is whose is known by a secret alone. */
import { createHmac } from "node:crypto";

const ADJECTIVES =
  "amber ancient autumn blue bold brave bright brisk calm clever cool crimson curious dawn deep eager early fair fleet gentle gold grand green happy hazel humble indigo ivory jade jolly keen kind late lilac lively lucky mellow merry mild misty modest neat noble olive patient plain polite proud quick quiet rapid red rosy royal ruby rustic sage scarlet shy silent silver sleek smart snowy solid spry steady still stout sunny swift tame teal tidy violet warm wise witty young zesty".split(
    " ",
  );
const ANIMALS =
  "ant badger bat bear beaver bee bison boar camel carp cat cod crab crane crow deer dog dove duck eagle eel elk emu falcon finch fox frog gecko goat goose gull hare hawk hen heron horse ibis jay kiwi koala lark lemur lion llama lynx mole moose moth mouse mule newt orca otter owl ox panda perch pike pony puffin puma quail rabbit ram rat raven robin seal shark sheep shrew skunk sloth snail stork swan tapir tern tiger toad trout tuna viper vole wasp weasel whale wolf wombat wren yak zebra".split(
    " ",
  );

/** For each id a name of its own; the same secret gives the same names, whatever other ids there are as long as none collide. */
export function pseudonyms(ids: readonly string[], secret: string): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(
    ids.map((id) => {
      const digest = createHmac("sha256", secret).update(id).digest();
      const word = (words: readonly string[], at: number) =>
        words[digest.readUInt32BE(at) % words.length] ?? "";
      const name = `${word(ADJECTIVES, 0)}-${word(ANIMALS, 4)}`;
      let free = name;
      for (let number = 2; taken.has(free); number += 1) free = `${name}-${number}`;
      taken.add(free);
      return [id, free];
    }),
  );
}
