"""A teller of one knock-knock joke that keeps every rule: the opening, a name and a punch line are typed.

    knock-knock-client.py HOST PORT
"""
from _client import Keyboard, Server, fail, show, text_of

keyboard = Keyboard()
server = Server()
told = 0
while not server.closed:
    line = keyboard.line()
    if line is None:
        break
    if not line.strip():
        continue
    server.say(line)
    answer = text_of(server.reply()).rstrip("\r\n")
    show(answer)
    if answer.strip() == "Ha!":
        break
    if not answer.startswith("Try:"):
        told += 1
    if told == 1 and answer.strip() != "Who's there?":
        fail("that is not the question which is due")
    if told == 2 and answer.strip() != line.strip() + " who?":
        fail("that is not the name which was said")
for text in server.leave():
    show(text)
