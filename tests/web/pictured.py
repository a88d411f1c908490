"""A package that has whatever one may have to show: a picture, an attachment, a statement as a PDF."""

from tests.packages.building import CURRENT

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)
PICTURED = {
    **CURRENT,
    "problem.yaml": str(CURRENT["problem.yaml"]).replace("name: Sum", "name: {en: Sum, sv: Summa}"),
    "statement/problem.en.md": "# Sum\n\n![a pixel](pixel.png)\n",
    "statement/problem.sv.pdf": b"%PDF-1.4\n",
    "statement/pixel.png": PIXEL,
    "attachments/hint.txt": "Add.\n",
}
