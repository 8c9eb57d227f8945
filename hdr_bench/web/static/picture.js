// Draws pictures from the API on a canvas, since an <img> cannot send the access token.

import { ask } from "./api.js";

// Longest side that is drawn: sharp on every screen, and cheap for large photos.
const MOST = 1600;

/** Fetch a picture and draw it, turned by quarters counter-clockwise. */
export async function drawPicture(canvas, url, turned = 0) {
  const image = await createImageBitmap(await (await ask(url)).blob());
  const scale = Math.min(1, MOST / Math.max(image.width, image.height));
  const width = Math.max(Math.round(image.width * scale), 1), height = Math.max(Math.round(image.height * scale), 1);
  const lies = turned % 180 !== 0;
  canvas.width = lies ? height : width;
  canvas.height = lies ? width : height;
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.translate(canvas.width / 2, canvas.height / 2);
  context.rotate((-turned * Math.PI) / 180);
  context.drawImage(image, -width / 2, -height / 2, width, height);
  image.close();
}
