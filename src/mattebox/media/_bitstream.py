"""Spot damage in H.264 and H.265 packets without decoding them."""

from __future__ import annotations

# In the payload of a unit these bytes never follow each other: the encoder breaks them up.
# A hole of zeros in a file (a lost block, an unfinished download) shows as the first.
_FORBIDDEN = (b"\0\0\0", b"\0\0\1", b"\0\0\2")


def length_prefix(codec: str, extradata: bytes | None) -> int:
    """How many bytes hold the length of each unit in a packet; 0 where there are none.

    Args:
        codec: libav's name of the codec.
        extradata: The stream's configuration record.
    """
    if not extradata or extradata[0] != 1:
        return 0
    if codec == "h264" and len(extradata) > 6:
        return (extradata[4] & 3) + 1
    if codec == "hevc" and len(extradata) > 22:
        return (extradata[21] & 3) + 1
    return 0


def nal_units_are_whole(packet: bytes, prefix: int) -> bool:
    """Whether the units fill the packet exactly and hold nothing an encoder never writes."""
    at = 0
    while at + prefix <= len(packet):
        length = int.from_bytes(packet[at : at + prefix], "big")
        start, at = at + prefix, at + prefix + length
        if not length or at > len(packet) or packet[start] & 0x80:
            return False
        if any(packet.find(bad, start, at) >= 0 for bad in _FORBIDDEN):
            return False
    return at == len(packet)
