"""Ann: hello for :Ann:hello."""
from _peer import accept, hear, say

peer = accept()
say(peer, b"Please, Enter Your ig name")
login = hear(peer).decode()
say(peer, f"new user {login} connected!\n".encode(), 0.1)
say(peer, f"new user {login} joined \n".encode())
while text := hear(peer).decode():
    name, said = text.split(":")[1:3]
    say(peer, f"[12:30] {name}: {said}\n".encode())
