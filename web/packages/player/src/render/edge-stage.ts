/** The edge stage: turns an object's matte into the one that is composited. */

import type { Size } from "../layout";
import { totalReach, type Pass } from "./edge";
import { edgeFragment, FINISH } from "./edge-shaders";
import { SOURCE_UNIT, type Program } from "./program";
import { TILE, widened, type Tiles } from "./tiles";
import { WorkTexture, type Workbench } from "./work";

export class EdgeStage {
  /** What a pass reads and what it writes, in turns. */
  private readonly planes: readonly [WorkTexture, WorkTexture];

  constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly workbench: Workbench,
  ) {
    this.planes = [new WorkTexture(gl, "R16UI"), new WorkTexture(gl, "R16UI")];
  }

  /**
   * Computes a matte in its place.
   *
   * @param mattes array texture that is bound to the mattes' unit and holds the matte as it came
   * @param uneven where the matte is neither 0 nor 255 far and wide: the rest stays as it is
   */
  apply(mattes: WebGLTexture, layer: number, size: Size, uneven: Tiles, passes: readonly Pass[]): void {
    const changed = changedTiles(uneven, passes);
    const code = { texture: mattes, layer, size, tile: TILE };
    // What is read may not be written, and the clip reads the matte.
    const last = passes.length === 1 ? null : passes.length - 1;
    passes.forEach((pass, i) => {
      // Later passes look around there.
      const { x, y } = totalReach(passes.slice(i + 1));
      const isLast = i === last;
      const plane = this.turn(i, size);
      const target = isLast ? code : plane;
      this.workbench.run(edgeFragment(pass, isLast), widened(changed, x, y), target, (program) => {
        if (pass.kind === "clip") this.gl.uniform1i(program.at("layer"), layer);
        this.setNumbers(pass, program);
      });
    });
    if (last !== null) return;
    this.turn(passes.length, size);
    this.workbench.run(FINISH, changed, code, () => undefined);
  }

  /** Binds what the pass before wrote for reading; returns the other plane, to be written. */
  private turn(i: number, size: Size) {
    const [even, odd] = this.planes;
    const [written, read] = i % 2 === 0 ? [even, odd] : [odd, even];
    written.bind(SOURCE_UNIT, size);
    read.bind(SOURCE_UNIT, size);
    return { texture: written.texture, size, tile: TILE };
  }

  private setNumbers(pass: Pass, program: Program): void {
    const { gl } = this;
    switch (pass.kind) {
      case "clip":
        gl.uniform2ui(program.at("ends"), pass.black, pass.white);
        return;
      case "blur":
        gl.uniform1uiv(program.at("weights"), pass.weights);
        gl.uniform1i(program.at("gain"), pass.gain ?? 0);
        return;
      case "spread":
        gl.uniform1ui(program.at("part"), pass.fraction);
    }
  }
}

/** Where the passes change anything. */
export function changedTiles(uneven: Tiles, passes: readonly Pass[]): Tiles {
  const { x, y } = totalReach(passes);
  return widened(uneven, x, y);
}
