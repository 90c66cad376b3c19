import json
import zipfile
from pathlib import Path

import pytest

from mattebox.errors import InputError
from mattebox.export.bundle import bundle
from mattebox.export.names import distinct, stem, usual

VALUES = {
    "project": "My dog",
    "clip": "IMG_0001",
    "object": "Leash + Collar",
    "revision": "3",
    "format": "mp4",
}


@pytest.mark.parametrize(
    ("template", "name"),
    [
        (usual("png", apart=False), "My dog r3"),
        (usual("mp4", apart=True), "My dog Leash + Collar r3"),
        (usual("matte", apart=False), f"My dog {VALUES['format']} r3"),
        ("{clip}_{format}", "IMG_0001_mp4"),
        ("plain", "plain"),
        ("../../etc/passwd", "etc_passwd"),
        ("a/b\\c:d*e?f", "a_b_c_d_e_f"),
        ("  .{project}. ", "My dog"),
        ("...", "export"),
        ("con", "_con"),
        ("LPT1.x", "_LPT1.x"),
        ("line\nbreak\0", "line_break"),
        ("x" * 500, "x" * 120),
        ("Hündin {revision}", "Hündin 3"),
    ],
)
def test_a_name_is_filled_in_and_never_a_path(template: str, name: str) -> None:
    assert stem(template, VALUES) == name


def test_what_stands_for_a_field_is_no_template_and_no_path() -> None:
    evil = {**VALUES, "project": "{revision}/../{0.__class__}"}
    assert stem("{project}", evil) == "revision_.._0.__class"


@pytest.mark.parametrize(
    "template",
    ["{name}", "{}", "{project", "project}", "{project.x}", "{{project}}", "{project!r}"],
)
def test_a_field_that_is_none_is_refused(template: str) -> None:
    with pytest.raises(InputError) as refused:
        stem(template, VALUES)
    assert refused.value.status == 422


def test_names_that_are_taken_get_a_number() -> None:
    assert distinct(["Dog", "dog", "Cat", "Dog", "Dog 2"]) == [
        "Dog",
        "dog 2",
        "Cat",
        "Dog 3",
        "Dog 2 2",
    ]


def test_a_bundle_holds_each_file_and_zips_as_folders(tmp_path: Path) -> None:
    movie, pictures = tmp_path / "0.mp4", tmp_path / "1.zip"
    movie.write_bytes(b"movie")
    with zipfile.ZipFile(pictures, "w") as inner:
        inner.writestr("000000.png", b"picture")
        inner.writestr("frames.json", json.dumps({}))
    out = tmp_path / "out.zip"
    bundle(out, iter([("Dog", movie), ("Cat", pictures)]))
    assert [p.name for p in tmp_path.iterdir()] == ["out.zip"]
    with zipfile.ZipFile(out) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["Dog.mp4", "Cat/000000.png", "Cat/frames.json"]
        assert archive.read("Cat/000000.png") == b"picture"
