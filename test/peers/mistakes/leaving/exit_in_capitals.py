"""EXIT, where the word is exit, and waits for the end."""
from _peer import connect, hear, say

peer = connect()
hear(peer)
say(peer, b"taco cat")
say(peer, b"EXIT"); hear(peer)
