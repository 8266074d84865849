/** Names that say nothing of whom they are: an adjective and an animal, from the class's secret. */
import { derive } from "./derived.ts";

const ADJECTIVES =
  "amber ancient autumn azure bold brave breezy bright bronze calm canny cheery clever copper coral cosmic cozy crimson crisp curious daring dawn deft eager early easy fair fancy fleet fluffy gentle gilded glad golden grand green happy hardy hazel honest humble indigo ivory jade jolly keen kind lemon lilac lively loyal lucky lunar maple mellow merry mild mint misty modest neat nimble noble olive opal patient pearl plucky polite proud quick quiet rapid rosy ruby rustic sandy scarlet silent silver smart snowy solar spry steady sunny swift teal tidy topaz tranquil velvet violet warm wise witty young zesty".split(
    " ",
  );
const ANIMALS =
  "alpaca badger beaver bee bison bobcat camel canary carp cat cheetah cobra condor coyote crab crane cricket crow deer dingo dolphin dove duck eagle egret elk emu falcon ferret finch fox frog gazelle gecko gibbon giraffe goat goose gull hare hawk hedgehog heron hippo horse hyena ibex ibis iguana impala jackal jaguar jay kestrel kiwi koala lark lemur leopard lion lizard llama lobster lynx magpie marmot marten mole moose moth newt ocelot octopus okapi oriole osprey otter owl panda panther parrot pelican penguin pigeon pony puffin puma quail rabbit raccoon raven robin salmon seal shark sheep shrew sloth snail sparrow squid stork swan tapir thrush tiger toad toucan trout turtle viper walrus weasel whale wolf wombat wren yak zebra".split(
    " ",
  );

/** `amber-otter`: the first of the student's own that is not taken. With all taken, a number behind it makes it another. */
export function pseudonymOf(secret: Uint8Array, id: string, taken: ReadonlySet<string>): string {
  for (let round = 0; ; round += 1) {
    const bytes = derive(secret, "", id, "pseudonym", String(round));
    const name = `${pick(ADJECTIVES, bytes.readUInt32BE(0))}-${pick(ANIMALS, bytes.readUInt32BE(4))}`;
    const tried = round < MOST_TRIES ? name : `${name}-${round - MOST_TRIES + 2}`;
    if (!taken.has(tried)) return tried;
  }
}

const MOST_TRIES = 64;

const pick = (words: readonly string[], number: number) => words[number % words.length];
