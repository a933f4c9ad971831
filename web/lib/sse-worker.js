// The one event stream of a browser, shared by its tabs: with a stream per tab the sixth tab of an HTTP/1.1 site would
// find no connection left.
const NAMES = ['item', 'watch', 'rules', 'job'];
const ports = new Set();
let source = null;
let state = 'wait';

function tell(message) {
  for (const port of ports) port.postMessage(message);
}

function setState(to) {
  state = to;
  tell({ state });
}

function open() {
  if (source && source.readyState !== EventSource.CLOSED) return;
  source = new EventSource('/api/events');
  source.onopen = () => setState('open');
  source.onerror = () => setState(source.readyState === EventSource.CLOSED ? 'down' : 'wait');
  for (const name of NAMES) {
    source.addEventListener(name, (e) => tell({ name, data: JSON.parse(e.data) }));
  }
}

self.onconnect = (e) => {
  const port = e.ports[0];
  ports.add(port);
  port.onmessage = (m) => {
    if (m.data === 'bye') ports.delete(port);
    if (m.data === 'open') open();
    if (!ports.size && source) {
      source.close();
      source = null;
    }
  };
  port.start();
  port.postMessage({ state });
  open();
};
