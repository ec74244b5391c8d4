<span class="marks">\\
% if card.stale:
<span class="badge low">{{card.stale}}</span>\\
% end
<span class="badge {{{"usable": "good", "exhausted": "bad", "failed": "bad"}.get(card.state, "")}}">{{!tick(card.mark, card.block.available_at)}}</span></span>
