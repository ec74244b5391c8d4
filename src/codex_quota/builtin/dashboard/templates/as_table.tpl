<div class="sheet" id="sheet">
<table class="accounts" role="table">
<caption class="unseen">{{say("All accounts, one in each row")}}</caption>
<thead role="rowgroup">
<tr role="row">
<th scope="col" role="columnheader">{{say("Account")}}</th>
<th scope="col" role="columnheader">{{say("State")}}</th>
<th scope="col" role="columnheader">{{say("5 h")}}</th>
<th scope="col" role="columnheader">{{say("weekly")}}</th>
<th scope="col" role="columnheader">{{say("More")}}</th>
<th scope="col" role="columnheader">{{say("Read")}}</th>
</tr>
</thead>
<tbody role="rowgroup" data-items>
% for card in cards:
%   five, week = card.row("five_hour"), card.row("weekly")
<tr class="{{card.state}}" role="row" id="{{card.key}}" data-ranks="{{card.ranks[0]}} {{card.ranks[1]}} {{card.ranks[2]}}" data-find="{{card.find}}" data-is="{{card.filters}}" {{!"" if card.shown else "hidden"}}>
<th scope="row" role="rowheader"><a class="name plain" href="{{url("/charts", account=card.account)}}">{{card.block.name}}</a>\\
%   if card.block.plan != "-":
 <span class="plan">{{card.block.plan}}</span>\\
%   end
%   if card.email:
 <span class="email quiet">{{card.email}}</span>\\
%   end
</th>
<td role="cell" class="state">\\
%   include("mark.tpl", card=card)
</td>
%   if card.is_spread:
<td role="cell" class="window spread" colspan="2">\\
%     for row in card.rows:
%       include("gauge.tpl", row=row, named=True)
%     end
%     for note in card.told:
<p class="remark {{note.kind}}">{{note.text}}</p>\\
%     end
</td>
%   else:
%     for row, period in ((five, say("5 h")), (week, say("weekly"))):
<td role="cell" class="window single">\\
%       if row:
<span class="narrow-label" aria-hidden="true">{{period}}</span>\\
%         include("gauge.tpl", row=row, named=False)
%       else:
<span class="none">-</span>\\
%       end
</td>
%     end
%   end
<td role="cell" class="others">\\
%   for row in card.other_rows:
%     include("gauge.tpl", row=row, named=True)
%   end
%   notes = [note for note in (*card.remarks, *card.asides) if note not in card.told]
%   if notes:
<details id="{{card.key}}-notes"><summary>{{say("Remarks")}} <span class="count">{{len(notes)}}</span></summary>\\
%     for note in notes:
<p class="remark {{note.kind}}">{{note.text}}</p>\\
%     end
</details>\\
%   end
</td>
<td role="cell" class="read quiet">\\
%   if card.asking:
<span class="busy">{{say("asking now")}}</span>\\
%   elif card.block.fetched_at:
{{!tick_age(say("read {age} ago", age="{age}"), card.block.fetched_at)}}\\
%   end
</td>
</tr>
% end
</tbody>
</table>
</div>
