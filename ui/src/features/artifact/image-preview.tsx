// An image from bytes that were looked at, under the type that they have.
import { useEffect, useState } from "react";

interface Props {
  bytes: Uint8Array<ArrayBuffer>;
  type: string;
  alt: string;
}

export function ImagePreview({ bytes, type, alt }: Props) {
  const [url, setUrl] = useState<string | null>(null);
  const [broken, setBroken] = useState(false);

  useEffect(() => {
    const made = URL.createObjectURL(new Blob([bytes], { type }));
    setUrl(made);
    setBroken(false);
    return () => URL.revokeObjectURL(made);
  }, [bytes, type]);

  if (broken) return <p className="text-muted px-4 py-6">The image is damaged.</p>;
  return (
    <div className="grid min-h-24 place-items-center p-4">
      {url !== null && <img src={url} alt={alt} className="max-h-[70dvh] max-w-full bg-white object-contain" onError={() => setBroken(true)} />}
    </div>
  );
}
