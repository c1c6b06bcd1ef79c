// SPDX-License-Identifier: GPL-2.0-only
import { type ZodType, z } from 'zod';

interface Shape {
  properties?: Record<string, Shape>;
  items?: Shape;
  additionalProperties?: Shape | boolean;
  anyOf?: Shape[];
  oneOf?: Shape[];
  allOf?: Shape[];
}

/** The keys that `schema` allows at a place of a document, sorted as they were declared. */
export function keysAt(schema: ZodType, path: readonly PropertyKey[]): string[] {
  let shapes = [z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Shape];
  for (const step of path) shapes = shapes.flatMap(branches).flatMap((shape) => below(shape, step));
  return [...new Set(shapes.flatMap(branches).flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

function branches(shape: Shape): Shape[] {
  const more = [...(shape.anyOf ?? []), ...(shape.oneOf ?? []), ...(shape.allOf ?? [])];
  return [shape, ...more.flatMap(branches)];
}

function below({ properties, items, additionalProperties }: Shape, step: PropertyKey): Shape[] {
  if (typeof step === 'number') return items ? [items] : [];
  const own = properties?.[String(step)];
  if (own) return [own];
  return typeof additionalProperties === 'object' ? [additionalProperties] : [];
}
