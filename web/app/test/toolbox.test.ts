import { describe, expect, it } from "vitest";
import { swapTool } from "../src/state/marking";
import { Session } from "../src/state/session";
import { LARGEST_RADIUS, SMALLEST_RADIUS, Toolbox } from "../src/state/toolbox";

describe("toolbox", () => {
  it("keeps the brush within what can be seen and what makes sense", () => {
    const toolbox = new Toolbox();
    toolbox.scaleRadius(1e9);
    expect(toolbox.stroke.value.radius).toBe(LARGEST_RADIUS);
    toolbox.scaleRadius(1e-9);
    expect(toolbox.stroke.value.radius).toBe(SMALLEST_RADIUS);
    toolbox.resize(1);
    expect(toolbox.stroke.value.radius).toBeGreaterThan(SMALLEST_RADIUS);
  });

  it("swaps what the tool in hand does", () => {
    const session = new Session("p1");
    swapTool(session);
    expect(session.tool.value).toBe("exclude");
    swapTool(session);
    expect(session.tool.value).toBe("include");
    session.tool.value = "lasso";
    swapTool(session);
    expect(session.tool.value).toBe("lasso");
    expect(session.toolbox.stroke.value.erase).toBe(true);
  });

  it("shows previews again when asked to, though they were too slow", () => {
    const toolbox = new Toolbox();
    expect(toolbox.hover.value).toBe(true);
    toolbox.hoverSlow.value = 900;
    toolbox.toggleHover();
    expect([toolbox.hover.value, toolbox.hoverSlow.value]).toEqual([true, null]);
    toolbox.toggleHover();
    expect(toolbox.hover.value).toBe(false);
  });

  it("lets what was done be heard before what merely moved", () => {
    const toolbox = new Toolbox();
    toolbox.mention("Crosshair at 50 %, 50 %");
    expect(toolbox.spoken.value).toBe("Crosshair at 50 %, 50 %");
    toolbox.say("Include click at 41 %, 35 %; mask covers 12 % of the frame");
    toolbox.mention("Crosshair at 60 %, 50 %");
    expect(toolbox.spoken.value).toContain("mask covers 12 %");
  });
});
