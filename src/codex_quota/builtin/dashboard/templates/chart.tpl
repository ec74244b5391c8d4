<figure class="plot {{figure.tone}}" id="{{figure.key}}">
  <figcaption>
    <h3>\\
% if figure.limit:
<span class="limit">{{figure.limit}}</span> \\
% end
{{figure.period}}</h3>
    <p class="now">\\
% if figure.number:
<span class="figure">{{figure.number}}\\
%   if figure.number != "-":
<span class="unit">% {{say("used") if settings.show == "used" else say("left")}}</span>\\
%   end
</span> \\
% end
<span class="quiet">{{!tick(figure.reset, figure.moment)}}</span></p>
  </figcaption>
  {{!figure.drawn}}
% if figure.forecast:
  <p class="said"><strong>{{figure.forecast}}</strong>\\
%   if figure.even:
<span class="quiet">{{say(", ")}}{{figure.even}}</span>\\
%   end
</p>
% end
% if figure.hint:
  <p class="said quiet">{{figure.hint}}</p>
% end
% if figure.rows:
  <details id="{{figure.key}}-rows">
    <summary>{{say("Figures")}}</summary>
    <div class="scroll" tabindex="0" role="region" aria-label="{{say("Figures")}} {{figure.limit}} {{figure.period}}">
    <table class="figures-table">
      <thead><tr>
        <th scope="col">{{say("From")}}</th>
% if settings.show == "used":
        <th scope="col">{{say("Used at the end")}}</th>
        <th scope="col">{{say("Most")}}</th>
% else:
        <th scope="col">{{say("Left at the end")}}</th>
        <th scope="col">{{say("Least")}}</th>
% end
        <th scope="col">{{say("Remarks")}}</th>
      </tr></thead>
      <tbody>
% for row in figure.rows:
        <tr><th scope="row">{{row.time}}</th><td>{{row.at_end}}</td><td>{{row.extreme}}</td><td>{{row.remarks}}</td></tr>
% end
      </tbody>
    </table>
    </div>
  </details>
% end
</figure>
