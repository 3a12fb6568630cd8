/** Saves text as a file of the person's, from memory. */
export function downloadText(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own reference to the bytes once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
