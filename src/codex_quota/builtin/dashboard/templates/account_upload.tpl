% rebase("layout.tpl", title=say("Uploaded files"), here="accounts")
<div class="stack">
<h1>{{say("Uploaded files")}}</h1>
<table class="list panel">
  <thead><tr><th scope="col">{{say("File")}}</th><th scope="col">{{say("Result")}}</th></tr></thead>
  <tbody>
% for file, name, told in lines:
  <tr>
    <th scope="row">{{file}}</th>
%   if told:
    <td><span class="badge bad">{{say("not saved")}}</span> {{told[0]}} {{told[1]}}</td>
%   else:
    <td><span class="badge good">{{say("saved")}}</span> {{name}}</td>
%   end
  </tr>
% end
  </tbody>
</table>
% if left_out:
<p class="notice warning" role="alert">{{say("At most {most} files are taken at once; {left_out} were left out.", most=most, left_out=left_out)}}</p>
% end
<div class="actions">
  <a class="button primary" href="{{url("/auth")}}">{{say("To the accounts")}}</a>
  <a class="button" href="{{url("/auth/new")}}">{{say("Add more")}}</a>
</div>
</div>
