#!/bin/sh
# Makes the font that PDFs are set in anew: the simplified Chinese face of Noto Sans CJK, cut down to the list of general standard
# characters (8105, those of names among them), GB 2312 and Latin, so that it is small enough to be built into the binary. Needs fonts-noto-cjk and `pip install fonttools`.
set -eu
cd "$(dirname "$0")/.."

FROM=${1:-/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc}
TO=crates/api/fonts/NotoSansCJKsc-Regular-8105.otf
LIST=data/general-standard-characters-2013.txt
PYTHON=${PYTHON:-python3}

[ -f "$FROM" ] || { echo "$FROM is missing: install fonts-noto-cjk, or name the collection as the argument." >&2; exit 1; }
"$PYTHON" -c 'import fontTools' 2>/dev/null || { echo "fontTools is missing: pip install fonttools." >&2; exit 1; }

characters=$(mktemp)
trap 'rm -f "$characters"' EXIT

# Which face of the collection is the Chinese one is asked for by name: its place differs between releases.
face=$("$PYTHON" - "$FROM" "$characters" "$LIST" <<'PYTHON'
import sys
from fontTools.ttLib import TTCollection

with open(sys.argv[3], encoding="utf-8") as listed:
    wanted = set(map(ord, listed.read())) - {0x0A}
for high in range(0xA1, 0xF8):
    for low in range(0xA1, 0xFF):
        try:
            wanted.add(ord(bytes((high, low)).decode("gb2312")))
        except UnicodeDecodeError:
            pass
# Latin with its accents (pinyin too), the dot in names, dashes, quotation marks, the signs that texts use.
for first, last in [(0x20, 0x7E), (0xA0, 0x17F), (0x1CD, 0x1DC), (0x1F8, 0x1F9), (0x2010, 0x2027), (0x2030, 0x203A),
                    (0x20AC, 0x20AC), (0x2116, 0x2122), (0x2190, 0x2199), (0x2460, 0x2473), (0x25A0, 0x25CF),
                    (0x2713, 0x2717), (0x3000, 0x3017), (0x3220, 0x3229), (0xFF01, 0xFF65), (0xFFE0, 0xFFE6)]:
    wanted.update(range(first, last + 1))
with open(sys.argv[2], "w") as out:
    out.write("\n".join(f"{code:04X}" for code in sorted(wanted)))

names = [font["name"].getDebugName(6) for font in TTCollection(sys.argv[1]).fonts]
print(names.index("NotoSansCJKsc-Regular"))
PYTHON
)

mkdir -p "$(dirname "$TO")"
# Hints are for screens of low resolution; no subroutines, so that the subset of a PDF is cut quickly. No layout features: the
# text is set glyph by glyph.
"$PYTHON" -m fontTools.subset "$FROM" --font-number="$face" --unicodes-file="$characters" --output-file="$TO" \
    --no-hinting --desubroutinize --layout-features="" --name-IDs='0,1,2,3,4,5,6,13,14' --drop-tables+=vhea,vmtx,VORG,BASE
ls -l "$TO"

# For tests: characters that the font lacks, so that they depend on no font of the system.
"$PYTHON" -m fontTools.subset "$FROM" --font-number="$face" --text="𠮷㐂囍龘" \
    --output-file=crates/api/src/pdf/rare.otf --no-hinting --desubroutinize --layout-features="" \
    --name-IDs='0,1,2,3,4,5,6,13,14' --drop-tables+=vhea,vmtx,VORG,BASE
