/** A compiled program and where its uniforms are. */

/** Texture units of the samplers. */
const SAMPLERS = ["luma", "chroma", "mattes", "source", "samples", "estimates", "others"];
export const LUMA_UNIT = 0;
export const CHROMA_UNIT = 1;
export const MATTE_UNIT = 2;
/** What the pass before wrote. */
export const SOURCE_UNIT = 3;
/** Despill's pairs of matte and plane. */
export const SAMPLES_UNIT = 4;
/** Its first estimates of both colours. */
export const ESTIMATES_UNIT = 5;
/** V's sums, where the source's are U's. */
export const OTHERS_UNIT = 6;

export class Program {
  private readonly uniforms = new Map<string, WebGLUniformLocation>();

  private constructor(
    private readonly gl: WebGL2RenderingContext,
    private readonly program: WebGLProgram,
  ) {
    const count = Number(gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS));
    for (let i = 0; i < count; i++) {
      const name = gl.getActiveUniform(program, i)?.name.replace("[0]", "");
      const location = name === undefined ? null : gl.getUniformLocation(program, name);
      if (name !== undefined && location) this.uniforms.set(name, location);
    }
    gl.useProgram(program);
    SAMPLERS.forEach((sampler, unit) => {
      gl.uniform1i(this.at(sampler), unit);
    });
  }

  /** @throws Error when the browser does not take the shader. */
  static compile(gl: WebGL2RenderingContext, vertex: string, fragment: string): Program {
    const program = gl.createProgram();
    for (const [kind, source] of [
      [gl.VERTEX_SHADER, vertex],
      [gl.FRAGMENT_SHADER, fragment],
    ] as const) {
      const shader = gl.createShader(kind);
      if (!shader) continue; // The context is lost; programs are made anew when it returns.
      gl.shaderSource(shader, source);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
      gl.deleteShader(shader);
    }
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
      throw new Error(`A shader does not link: ${gl.getProgramInfoLog(program) ?? ""}`);
    }
    return new Program(gl, program);
  }

  use(): void {
    this.gl.useProgram(this.program);
  }

  /** Null for what this program does not need, which WebGL takes for "nowhere". */
  at(name: string): WebGLUniformLocation | null {
    return this.uniforms.get(name) ?? null;
  }
}
