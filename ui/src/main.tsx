// Where the application starts.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/client";
import "./main.css";
import { createAppRouter } from "./routes/router";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // The event stream says when something is old; time alone does not make it so.
      staleTime: Infinity,
      refetchOnWindowFocus: false,
      networkMode: "always",
      retry: (failures, error) => failures < 1 && error instanceof ApiError && error.status === 0,
      retryDelay: 300,
    },
    mutations: { networkMode: "always" },
  },
});

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={createAppRouter(client)} />
    </QueryClientProvider>
  </StrictMode>,
);
