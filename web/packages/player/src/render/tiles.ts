/** Which parts of a picture need work, in squares: most of a mask is the same far and wide. */

/** Pixels of the picture along a tile's side. */
export const TILE = 8;

/** Those marks that are not zero are in it. */
export interface Tiles {
  readonly columns: number;
  readonly rows: number;
  readonly marks: Uint8Array;
}

/** Those where a mask is neither 0 nor 255 throughout, or borders on the other of the two. */
export function unevenTiles(mask: Uint8Array, width: number, height: number): Tiles {
  const columns = Math.ceil(width / TILE);
  const rows = Math.ceil(height / TILE);
  const kinds = kindsOf(mask, width, height, columns, rows);
  const marks = new Uint8Array(columns * rows);
  const compare = (a: number, b: number) => {
    if (kinds[a] === kinds[b] || kinds[a] === MIXED || kinds[b] === MIXED) return;
    marks[a] = 1;
    marks[b] = 1;
  };
  for (let y = 0, i = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, i++) {
      if (kinds[i] === MIXED) marks[i] = 1;
      const [hasRight, hasBelow] = [x + 1 < columns, y + 1 < rows];
      if (hasRight) compare(i, i + 1);
      if (hasBelow) compare(i, i + columns);
      if (!hasRight || !hasBelow) continue;
      compare(i, i + columns + 1);
      compare(i + 1, i + columns);
    }
  }
  return { columns, rows, marks };
}

const EMPTY = 0;
const FULL = 1;
const MIXED = 2;

/** Of each tile whether it is empty, full, or mixed. */
function kindsOf(mask: Uint8Array, width: number, height: number, columns: number, rows: number): Uint8Array {
  // Four pixels at a time where they lie so.
  const wide = mask.byteOffset % 4 === 0 && width % 4 === 0;
  const cells = wide ? new Int32Array(mask.buffer, mask.byteOffset, mask.length / 4) : mask;
  const stride = wide ? width / 4 : width;
  const [step, full] = wide ? [TILE / 4, -1] : [TILE, 255];
  const kinds = new Uint8Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const stop = Math.min(height, (row + 1) * TILE) * stride;
    for (let column = 0; column < columns; column++) {
      const left = column * step;
      const right = Math.min(stride, left + step);
      let any = 0;
      let all = full;
      for (let line = row * TILE * stride; line < stop; line += stride) {
        for (let i = line + left; i < line + right; i++) {
          const cell = cells[i] ?? 0;
          any |= cell;
          all &= cell;
        }
      }
      kinds[row * columns + column] = any === 0 ? EMPTY : all === full ? FULL : MIXED;
    }
  }
  return kinds;
}

/** These and all within so many pixels of them. */
export function widened({ columns, rows, marks }: Tiles, x: number, y: number): Tiles {
  const wider = spread(marks, { count: columns, step: 1, lines: rows, stride: columns }, Math.ceil(x / TILE));
  const higher = spread(wider, { count: rows, step: columns, lines: columns, stride: 1 }, Math.ceil(y / TILE));
  return { columns, rows, marks: higher };
}

interface Lines {
  /** Tiles in a line, and from one to the next. */
  readonly count: number;
  readonly step: number;
  /** How many lines, and from one to the next. */
  readonly lines: number;
  readonly stride: number;
}

function spread(marks: Uint8Array, { count, step, lines, stride }: Lines, reach: number): Uint8Array {
  if (reach === 0) return marks;
  const wider = new Uint8Array(marks.length);
  for (let line = 0; line < lines; line++) {
    let done = 0;
    for (let i = 0; i < count; i++) {
      if (marks[line * stride + i * step] === 0) continue;
      const stop = Math.min(count, i + reach + 1);
      for (let at = Math.max(done, i - reach); at < stop; at++) wider[line * stride + at * step] = 1;
      done = stop;
    }
  }
  return wider;
}

/** What is in either; both are of one picture. */
export function joined(a: Tiles, b: Tiles): Tiles {
  return { ...a, marks: a.marks.map((mark, i) => mark | (b.marks[i] ?? 0)) };
}

/** Corners of two triangles for each run of tiles in a row, in tiles. */
export function trianglesOf({ columns, rows, marks }: Tiles): Uint16Array {
  const corners: number[] = [];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const left = x;
      while (x < columns && marks[y * columns + x] !== 0) x++;
      if (x > left) corners.push(left, y, x, y, left, y + 1, left, y + 1, x, y, x, y + 1);
    }
  }
  return Uint16Array.from(corners);
}
