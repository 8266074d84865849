"""Two students with one program at the same time."""
from _peer import connect, hear, say, until_closed

first, second = connect(), connect()
for peer, name in ((first, b"bob\n"), (second, b"eve\n")):
    say(peer, name)
    say(peer, b"8 / 2\n"); hear(peer)
for peer in (first, second):
    say(peer, b"q\n"); until_closed(peer)
