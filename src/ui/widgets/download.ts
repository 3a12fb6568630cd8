/** Saves text as a file of the person's, from memory. */
export const downloadText = (name: string, text: string, type: string): void =>
  downloadBlob(name, new Blob([text], { type }));

export function downloadBlob(name: string, bytes: Blob): void {
  const url = URL.createObjectURL(bytes);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download has its own reference to the bytes once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Saves a file that was written; null is one that was not. */
export function downloadWritten(
  file: { readonly name: string; readonly bytes: Blob } | null,
): void {
  if (file !== null) downloadBlob(file.name, file.bytes);
}
