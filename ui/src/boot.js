// Runs before the first paint, ahead of the application: a kept theme must not flash, and the live stream must be
// open before the first page of data is asked for, so that no change can fall between the two.
(function () {
  try {
    var theme = localStorage.getItem("greenroom.theme");
    if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
  } catch (_) {
    // Storage may be blocked; the theme then follows the system.
  }
  if (document.hidden || !window.EventSource) return;
  var early = { source: new EventSource(new URL("api/v1/events/stream", document.baseURI)), messages: [], failed: false };
  early.source.onmessage = function (message) {
    early.messages.push(message);
  };
  early.source.onerror = function () {
    early.failed = true;
  };
  window.greenroomEarlyStream = early;
})();
