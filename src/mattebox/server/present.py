"""From domain values to the models of the protocol."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict
from functools import lru_cache

import numpy as np
from pydantic import TypeAdapter

from mattebox.export.timecode import shifted
from mattebox.projects.clips import Clip
from mattebox.projects.history import History, Step
from mattebox.projects.jobs import Export
from mattebox.projects.masks import mask_hash
from mattebox.projects.records import prompt_json
from mattebox.projects.state import Keyframe
from mattebox.projects.store import Project
from mattebox.server.models import (
    ClickModel,
    ClipModel,
    EdgeModel,
    EditedModel,
    ExportModel,
    HistoryModel,
    KeyframeModel,
    ObjectModel,
    ProjectModel,
    ProjectSummary,
    PromptModel,
    StepModel,
    StepObjectModel,
)
from mattebox.server.workspace import Workspace
from mattebox.streaming.manifest import API

_PROMPT: TypeAdapter[PromptModel] = TypeAdapter(PromptModel)


def project_model(workspace: Workspace, project: Project) -> ProjectModel:
    """A project as the protocol sends it."""
    stale = workspace.stream.stale(project)
    clip = workspace.clips.get(project.clip)
    empty = _empty(clip.info.width, clip.info.height)
    return ProjectModel(
        id=project.id,
        name=project.state.name,
        created=project.created,
        version=project.version,
        can_undo=project.can_undo,
        can_redo=project.can_redo,
        revision=project.state.revision,
        clip=_clip(project, clip),
        objects=[
            ObjectModel(
                id=item.id,
                name=item.name,
                color=item.color,
                visible=item.visible,
                locked=item.locked,
                edge=EdgeModel(**asdict(item.edge)),
                keyframes=[_keyframe(keyframe, empty) for keyframe in item.keyframes],
                stale=stale[item.id],
            )
            for item in project.state.objects
        ],
    )


def edited_model(workspace: Workspace, project: Project, object_id: str, frame: int) -> EditedModel:
    """A project after a change to one frame of an object, with the frame's mask."""
    keyframe = project.state.object(object_id).keyframe(frame)
    masks = {}
    if keyframe is not None:
        png = workspace.masks.path(keyframe.mask).read_bytes()
        masks[_mask_address(keyframe)] = b64encode(png).decode()
    return EditedModel(**vars(project_model(workspace, project)), masks=masks)


def project_summary(project: Project, clip: Clip) -> ProjectSummary:
    """A project as the list shows it."""
    return ProjectSummary(
        id=project.id,
        name=project.state.name,
        created=project.created,
        thumbnail=f"{API}/projects/{project.id}/thumbnail.jpg",
        frame_count=clip.table.frame_count,
        duration_s=round(clip.table.duration_s, 3),
    )


def export_model(export: Export) -> ExportModel:
    """An export as the protocol sends it."""
    file = f"{API}/projects/{export.project}/exports/{export.id}/file"
    return ExportModel(
        id=export.id,
        state=export.state,
        done=export.done,
        total=export.total,
        detail=export.detail,
        revision=export.revision,
        format=export.request["format"],
        separate=export.request.get("separate", False),
        file_name=export.file_name,
        file=file if export.state == "done" else None,
    )


def history_model(history: History) -> HistoryModel:
    """A part of a project's history as the protocol sends it."""
    return HistoryModel(
        count=history.count,
        present=history.present,
        steps=[_step(step) for step in history.steps],
    )


def _step(step: Step) -> StepModel:
    item = step.object
    return StepModel(
        id=step.id,
        number=step.number,
        created=step.created,
        deed=step.deed,
        object=StepObjectModel(id=item.id, name=item.name, color=item.color) if item else None,
        frame=step.frame,
    )


def _mask_address(keyframe: Keyframe) -> str:
    return f"{API}/masks/{keyframe.mask}.png"


def _keyframe(keyframe: Keyframe, empty: str) -> KeyframeModel:
    return KeyframeModel(
        frame=keyframe.frame,
        mask=_mask_address(keyframe),
        absent=keyframe.mask == empty,
        clicks=[
            ClickModel(id=click.id, x=click.x, y=click.y, include=click.include)
            for click in keyframe.clicks
        ],
        prompts=[_PROMPT.validate_python(prompt_json(each)) for each in keyframe.prompts],
    )


@lru_cache(maxsize=16)
def _empty(width: int, height: int) -> str:
    """Hash of the mask with nothing in it."""
    return mask_hash(np.zeros((height, width), np.uint8))


def _clip(project: Project, clip: Clip) -> ClipModel:
    info = clip.info
    return ClipModel(
        name=project.clip_name,
        width=info.width,
        height=info.height,
        source_width=info.source_width,
        source_height=info.source_height,
        rate=(info.rate.numerator, info.rate.denominator),
        frame_count=clip.table.frame_count,
        has_sound=info.has_sound,
        timecode=None if info.timecode is None else shifted(info.timecode, 0, info.rate),
        damage=clip.table.damage,
        shots=list(clip.shots) if clip.shots is not None else None,
    )
