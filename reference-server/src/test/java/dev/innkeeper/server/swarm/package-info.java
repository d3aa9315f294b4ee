/** The server on a real Docker Swarm. */
package dev.innkeeper.server.swarm;
