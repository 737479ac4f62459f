// The registry that every journey starts from.
export async function seedUnicorn(client) {
  await client.createModel("Unicorn");
  for (const number of [1, 2, 3]) await client.createVersion("Unicorn", `s3://bucket/unicorn/${number}`);
}

/** Everything a journey needs, and one function that ends it all. */
export async function startAll() {
  const [{ startServer }, { startClient }, { startBrowser }] = await Promise.all([import("./server.mjs"), import("./client.mjs"), import("./browser.mjs")]);
  const server = await startServer();
  const parts = [server];
  const stop = async () => {
    for (const part of parts.reverse()) await part.stop();
  };
  try {
    const client = await startClient(server.url);
    parts.push(client);
    const browser = await startBrowser();
    parts.push(browser);
    return { server, client, browser, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
