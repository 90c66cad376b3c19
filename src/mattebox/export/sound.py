"""Sound beside a new picture: tracks made ready by `mattebox.media.sound`, put into an output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

import av
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet

SoundPacket: TypeAlias = "Packet[AudioStream]"
Packets: TypeAlias = "Iterator[SoundPacket]"


class SoundTracks:
    """Sound files whose packets go into an output, in step with its picture.

    Args:
        files: What `mattebox.media.sound.extract_sound` wrote.
        output: The file to be; nothing was written to it yet.
    """

    def __init__(self, files: Iterable[Path], output: OutputContainer) -> None:
        self._output = output
        self._inputs = [av.open(str(file), "r") for file in files]
        self._waiting: list[tuple[Packets, SoundPacket]] = []
        for container in self._inputs:
            packets = _packets_for(container, output)
            self._keep(packets, next(packets, None))

    def mux_until(self, seconds: Fraction | None) -> None:
        """Hand over all packets that begin before a time; with None, all that are left."""
        waiting, self._waiting = self._waiting, []
        for packets, first in waiting:
            packet: SoundPacket | None = first
            while packet is not None and (seconds is None or _begins(packet) < seconds):
                self._output.mux(packet)
                packet = next(packets, None)
            self._keep(packets, packet)

    def close(self) -> None:
        """Let go of the sound files."""
        for container in self._inputs:
            container.close()

    def _keep(self, packets: Packets, packet: SoundPacket | None) -> None:
        if packet is not None:
            self._waiting.append((packets, packet))


def _packets_for(container: InputContainer, output: OutputContainer) -> Packets:
    stream = container.streams.audio[0]
    copied = output.add_stream_from_template(stream)

    def packets() -> Packets:
        for packet in container.demux(stream):
            if packet.size:
                packet.stream = copied
                yield packet

    return packets()


def _begins(packet: SoundPacket) -> Fraction:
    return (packet.pts or 0) * packet.time_base
