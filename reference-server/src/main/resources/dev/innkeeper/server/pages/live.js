// Draws what the server streams about one service, and shows the page anew when there is news.
// Without this script the page is the same, as of when it was loaded.
(function () {
  'use strict';
  var state = document.getElementById('state');
  var address = state && state.getAttribute('data-live');
  if (!address || !window.EventSource) {
    return;
  }
  var SAMPLES_MAX = 120;
  var cpu = [];
  var memory = [];
  var network = [];
  var bytesBefore = null;

  function add(values, value) {
    values.push(value);
    if (values.length > SAMPLES_MAX) {
      values.shift();
    }
  }

  function draw(name, values, text) {
    var line = document.getElementById(name + '-line');
    if (!line) {
      return;
    }
    var top = Math.max.apply(null, values.concat([1])) * 1.1;
    var left = SAMPLES_MAX - values.length;
    line.setAttribute('points', values.map(function (value, i) {
      return (left + i) + ',' + (39 - 38 * value / top).toFixed(2);
    }).join(' '));
    document.getElementById(name + '-now').textContent = text;
  }

  function size(bytes) {
    return bytes >= 1 << 30 ? (bytes / (1 << 30)).toFixed(2) + ' GB'
      : bytes >= 1 << 20 ? (bytes / (1 << 20)).toFixed(1) + ' MB'
      : (bytes / 1024).toFixed(1) + ' KB';
  }

  // Whoever is typing is not disturbed.
  function isTyping() {
    return Array.prototype.some.call(document.querySelectorAll('main input:not([type=hidden])'),
      function (input) { return input.value !== '' || input === document.activeElement; });
  }

  function showAnew() {
    if (!isTyping() && !document.querySelector('.answer')) {
      source.close();
      location.reload();
    }
  }

  // A note above the page goes with it: leave time to read it.
  var readBy = Date.now() + (document.querySelector('.flash') ? 5000 : 0);
  var source = new EventSource(address);
  source.addEventListener('state', function (event) {
    var news = JSON.parse(event.data);
    if (news.mark === state.getAttribute('data-mark')) {
      return;
    }
    var badge = document.getElementById('state-badge');
    badge.textContent = news.text;
    badge.className = 'badge ' + news.tone;
    document.getElementById('state-message').textContent = news.message;
    setTimeout(showAnew, Math.max(0, readBy - Date.now()));
  });
  source.addEventListener('sample', function (event) {
    var sample = JSON.parse(event.data);
    var bytes = sample.receivedBytes + sample.sentBytes;
    add(cpu, sample.cpuMillis);
    add(memory, sample.memoryBytes);
    add(network, bytesBefore === null ? 0 : Math.max(0, bytes - bytesBefore));
    bytesBefore = bytes;
    draw('cpu', cpu, (sample.cpuMillis / 1000).toFixed(2) + ' cores');
    draw('memory', memory, size(sample.memoryBytes));
    draw('network', network, size(network[network.length - 1]) + ' a second');
  });
}());
