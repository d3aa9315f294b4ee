package dev.innkeeper.billing.rating;

import dev.innkeeper.billing.rating.Watermark.Piece;
import java.util.ArrayList;
import java.util.List;

/** Sets of pieces of time, each sorted and without overlap. */
final class Pieces {
  private Pieces() {}

  /** Adds a later piece, joined to the last one where they touch at the same quantity. */
  static void append(List<Piece> pieces, Piece piece) {
    int last = pieces.size() - 1;
    if (last >= 0
        && pieces.get(last).to() == piece.from()
        && pieces.get(last).quantity() == piece.quantity()) {
      pieces.set(last, new Piece(pieces.get(last).from(), piece.to(), piece.quantity()));
    } else {
      pieces.add(piece);
    }
  }

  /** The time of the first set that the second does not hold at the same quantity. */
  static List<Piece> minus(List<Piece> from, List<Piece> what) {
    if (what.isEmpty()) {
      return from;
    }
    List<Piece> result = new ArrayList<>();
    int start = 0;
    for (Piece piece : from) {
      long at = piece.from();
      while (start < what.size() && what.get(start).to() <= piece.from()) {
        start++;
      }
      for (int i = start; i < what.size() && what.get(i).from() < piece.to(); i++) {
        Piece other = what.get(i);
        if (other.quantity() == piece.quantity()) {
          if (other.from() > at) {
            result.add(new Piece(at, other.from(), piece.quantity()));
          }
          at = Math.max(at, other.to());
        }
      }
      if (at < piece.to()) {
        result.add(new Piece(at, piece.to(), piece.quantity()));
      }
    }
    return result;
  }
}
