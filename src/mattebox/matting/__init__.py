"""From masks to pictures: mattes at another size, mattes combined, plates over a key colour.

Everything works on Y'CbCr code values with straight (unpremultiplied) alpha, so that plate samples
under a full matte leave as they came.
"""

from mattebox.matting.color import KeyColor, parse_color, rgb_from_codes
from mattebox.matting.composite import chroma_matte, over_color
from mattebox.matting.coverage import cover
from mattebox.matting.crisp import crisp, sharpen
from mattebox.matting.despill import Reach, despill
from mattebox.matting.edge import Edge
from mattebox.matting.edge_stage import Cutout, EdgeStage
from mattebox.matting.matte import combine, resize_matte

__all__ = [
    "Cutout",
    "Edge",
    "EdgeStage",
    "KeyColor",
    "Reach",
    "chroma_matte",
    "combine",
    "cover",
    "crisp",
    "despill",
    "over_color",
    "parse_color",
    "resize_matte",
    "rgb_from_codes",
    "sharpen",
]
